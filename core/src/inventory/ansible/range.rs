//! Ranges in the names of hosts: `sw[01:20]`, `r[a:f]`, `r[0:20:5]`.

/// How many hosts one pattern may stand for; a slip of a finger must not fill the memory.
const MOST: usize = 100_000;

/// The names that a pattern stands for, in their order.
pub(super) fn expand(pattern: &str) -> Result<Vec<String>, String> {
    let Some((head, range, rest)) = split(pattern) else { return Ok(vec![pattern.to_owned()]) };
    let (values, tails) = (values(range)?, expand(rest)?);
    if values.len().saturating_mul(tails.len()) > MOST {
        return Err(format!("the range stands for more than {MOST} hosts"));
    }
    let with = |value: &String| tails.iter().map(|tail| format!("{head}{value}{tail}")).collect::<Vec<_>>();
    Ok(values.iter().flat_map(with).collect())
}

/// What is before the first range, the range, what is after it. An address of IPv6 in brackets is none.
fn split(pattern: &str) -> Option<(&str, &str, &str)> {
    let (head, rest) = pattern.split_once('[')?;
    let (range, rest) = rest.split_once(']')?;
    let is_address = head.is_empty() && range.parse::<std::net::Ipv6Addr>().is_ok();
    (range.contains(':') && !is_address).then_some((head, range, rest))
}

fn values(range: &str) -> Result<Vec<String>, String> {
    let fault = || format!("the range [{range}]: expected [first:last] or [first:last:step]");
    let parts: Vec<&str> = range.split(':').collect();
    let (first, last, step) = match parts[..] {
        [first, last] => (first, last, 1),
        [first, last, step] => (first, last, step.parse().ok().filter(|step| *step > 0).ok_or_else(fault)?),
        _ => return Err(fault()),
    };
    // As with Ansible, nothing before the colon is 0.
    let first = if first.is_empty() { "0" } else { first };
    match (first.as_bytes(), last.as_bytes()) {
        ([a], [z]) if a.is_ascii_alphabetic() && z.is_ascii_alphabetic() && a <= z => Ok((*a..=*z)
            .filter(u8::is_ascii_alphabetic)
            .step_by(step)
            .map(|c| char::from(c).to_string())
            .collect()),
        _ => numbers(first, last, step).ok_or_else(fault),
    }
}

/// Numbers, each as wide as the first one where that begins with a zero.
fn numbers(first: &str, last: &str, step: usize) -> Option<Vec<String>> {
    let is_padded = first.len() > 1 && first.starts_with('0');
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<usize>().ok())?;
    let (from, to) = (number(first)?, number(last)?);
    if from > to || (is_padded && first.len() != last.len()) {
        return None;
    }
    let width = if is_padded { first.len() } else { 0 };
    // One more than may be, so that the caller sees that there are too many.
    Some((from..=to).step_by(step).take(MOST + 1).map(|number| format!("{number:0width$}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_numbers_and_letters_stand_for_names() {
        let names = |pattern| expand(pattern).unwrap();
        assert_eq!(names("r1"), ["r1"]);
        assert_eq!(names("sw[08:11].ams"), ["sw08.ams", "sw09.ams", "sw10.ams", "sw11.ams"]);
        assert_eq!(names("r[9:10]"), ["r9", "r10"]);
        assert_eq!(names("r[0:10:5]"), ["r0", "r5", "r10"]);
        assert_eq!(names("r[:1]"), ["r0", "r1"]);
        assert_eq!(names("[a:b][1:2]"), ["a1", "a2", "b1", "b2"]);
        assert_eq!(names("[2001:db8::1]"), ["[2001:db8::1]"]);
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for pattern in ["r[2:1]", "r[01:100]", "r[a:]", "r[1:2:0]", "r[1:2:3:4]", "r[a:2]", "r[\u{661}:2]"] {
            assert!(expand(pattern).is_err(), "{pattern}");
        }
        assert!(expand("r[0:99999999999]").unwrap_err().contains("more than 100000"));
        assert!(expand("[0:999][0:999]").unwrap_err().contains("more than 100000"));
    }
}
