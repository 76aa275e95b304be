//! JSON that devices give by themselves.

use linecrew_core::cancel::CancelToken;
use linecrew_core::cx::Cx;
use linecrew_core::deadline::Deadline;
use linecrew_core::native::{Data, NativeError};
use linecrew_core::platform::Platform;
use linecrew_core::session::{Session, SessionError};
use linecrew_core::textfsm::Templates;
use linecrew_core::transport::{Credentials, Target};
use linecrew_testkit::{Device, memory};
use serde_json::json;
use std::time::Duration;

fn open(device: Device) -> Session {
    try_open(device).unwrap_or_else(|error| panic!("{error}"))
}

fn try_open(device: Device) -> Result<Session, SessionError> {
    let platform = Platform::builtin(device.platform().name())?;
    let target = Target::new("R1").credentials(Credentials::user("admin").password("admin").enable("enable"));
    let cx = Cx::new(Deadline::after(Duration::from_mins(15), "host"), CancelToken::new());
    Session::builder(platform).open(&memory::connector([device.power_on()]), &target, &cx)
}

#[test]
fn a_device_is_asked_for_json_and_names_it_as_the_parser() {
    // Longer than any terminal is wide.
    let long = "x".repeat(3000);
    let routes = format!("{{\n  \"192.0.2.0/24\": [\"{long}\"]\n}}\n");
    let mut session = open(Device::frr("R1").command("show ip route json", routes));
    let structured = session.send_native("show ip route").unwrap();
    assert_eq!(structured.parser, "native: show ip route json");
    assert_eq!(structured.data, Data::Json(json!({"192.0.2.0/24": [long]})));
}

#[test]
fn what_is_no_json_is_an_error_and_nothing_is_parsed_unasked() {
    let mut session = open(Device::frr("R1").command("show ip route json", "{\"a\": \"b\n\"}"));
    let error = session.send_native("show ip route").unwrap_err();
    assert!(matches!(error, NativeError::NotJson { .. }), "{error}");
    assert!(matches!(session.send_native("show version").unwrap_err(), NativeError::Refused { .. }));
    let mut session = open(Device::cisco_iosxe("R1"));
    assert!(matches!(session.send_native("show version").unwrap_err(), NativeError::Unable { .. }));
}

#[test]
fn the_text_is_parsed_where_that_is_asked_for() {
    for (device, parser) in [
        (Device::frr("R1"), "built-in frr_show_version.textfsm"),
        (Device::cisco_iosxe("R1"), "built-in cisco_iosxe_show_version.textfsm"),
    ] {
        let structured = open(device).send_structured("show version", &Templates::builtin()).unwrap();
        assert_eq!(structured.parser, parser);
        let json = serde_json::to_value(&structured).unwrap();
        assert_eq!(json["data"][0]["HOSTNAME"], "R1");
    }
}
