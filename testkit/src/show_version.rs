//! `show version` of IOS-XE, some 3 KB, in the layout that parsers rely on.

use crate::node::Node;
use crate::running::Interface;

/// The reply, from the device's facts and its present hostname.
pub(crate) fn ios_xe(node: &Node) -> String {
    let facts = node.device().facts();
    let (version, hardware, serial, uptime) =
        (&facts.version, &facts.hardware, &facts.serial, facts.uptime());
    let (hostname, ports) = {
        let running = node.running();
        (running.hostname.clone(), physical_ports(running.interfaces()))
    };
    let train = train(version);
    let image = format!("isr4300-universalk9.{version}.SPA.bin");
    let memory = 1_670_000 + u32::from(facts.host_number);
    format!(
        "Cisco IOS XE Software, Version {version}
Cisco IOS Software [{train}], ISR Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version {version}, RELEASE SOFTWARE (fc2)
Technical Support: http://www.cisco.com/techsupport
Copyright (c) 1986-2024 by Cisco Systems, Inc.
Compiled Tue 19-Mar-24 09:12 by mcpre


{LEGAL}

ROM: 16.12(2r)

{hostname} uptime is {uptime}
Uptime for this control processor is {uptime}
System returned to ROM by Reload Command
System image file is \"bootflash:{image}\"
Last reload reason: Reload Command


{EXPORT}

{SUITES}
The current throughput level is 100000 kbps 


Smart Licensing Status: Smart Licensing Using Policy

cisco {hardware} (1RU) processor with {memory}K/6147K bytes of memory.
Processor board ID {serial}
Router operating mode: Autonomous
1 Virtual Ethernet interface
{ports} Gigabit Ethernet interfaces
32768K bytes of non-volatile configuration memory.
4194304K bytes of physical memory.
3223551K bytes of flash memory at bootflash:.
0K bytes of WebUI ODM Files at webui:.

Configuration register is 0x2102

"
    )
}

/// The name of a release's train: 17.09.04a is of Cupertino.
fn train(version: &str) -> &'static str {
    match version.get(..5) {
        Some("17.03") => "Amsterdam",
        Some("17.06") => "Bengaluru",
        Some("17.09") => "Cupertino",
        Some("17.12") => "Dublin",
        _ => "IOSXE",
    }
}

fn physical_ports(interfaces: &[Interface]) -> usize {
    interfaces.iter().filter(|interface| interface.name.starts_with("GigabitEthernet")).count()
}

const LEGAL: &str = "\
This is a simulated device. Where a real one prints its licence terms, this one
prints a paragraph of about the same length, so that a reply has the size that
a session, a pager and a parser meet in the field. Nothing in these lines is a
licence, a warranty or an offer. The lines hold words that naive patterns trip
over: the word password in the middle of a sentence, a sharp sign as in issue
#7, an angle bracket as in R1> followed by more text, and a percent sign as in
100% of them. A session that takes any of these for a prompt or for an error
has lost its place. Ports, serial numbers and versions further below are drawn
from the seed of the device and stay the same from one start to the next.";

const EXPORT: &str = "\
This product is simulated and contains no cryptographic features beyond those
of the program that serves it. Whoever exports, imports or uses the real thing
has to follow the law of the countries concerned; whoever uses this one has to
follow nothing but the licence of the program. Questions about it go to its
authors:
https://example.com/simulated-devices

If you need more lines than these, configure terminal length 0 and ask for the
running configuration of a device with many interfaces.";

const SUITES: &str = "\
Technology Package License Information: 

-----------------------------------------------------------------
Technology    Technology-package           Technology-package
              Current       Type           Next reboot  
------------------------------------------------------------------
appxk9           appxk9           RightToUse       appxk9
uck9             None             None             None
securityk9       securityk9       Permanent        securityk9
ipbase           ipbasek9         Permanent        ipbasek9
";

#[cfg(test)]
mod tests {
    use crate::Device;

    #[test]
    fn it_is_some_three_kilobytes_and_tells_the_device_s_own_facts() {
        let node = Device::cisco_iosxe("edge-1").serial("FDO2417A1BC").version("17.09.04a").power_on();
        let text = super::ios_xe(&node);
        assert!((2_500..4_000).contains(&text.len()), "{} bytes", text.len());
        for line in [
            "Cisco IOS XE Software, Version 17.09.04a",
            "Processor board ID FDO2417A1BC",
            "Configuration register is 0x2102",
            "4 Gigabit Ethernet interfaces",
        ] {
            assert!(text.lines().any(|shown| shown == line), "{line} in\n{text}");
        }
        assert!(text.contains("\nedge-1 uptime is "));
    }

    #[test]
    fn twelve_devices_differ() {
        let texts: std::collections::BTreeSet<String> =
            (1..=12).map(|n| super::ios_xe(&Device::cisco_iosxe("r").seed(n).power_on())).collect();
        assert_eq!(texts.len(), 12);
    }
}
