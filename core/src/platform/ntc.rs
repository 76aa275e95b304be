//! The platforms of ntc-templates.

/// The column `Platform` of the index of ntc-templates 9.3, two patterns of it written out. Its look-up takes each for
/// the head of the name: `cisco_iosxe` is found as `cisco_ios`.
const INDEX: &[&str] = &[
    "aethra_atosnt",
    "alcatel_aos",
    "alcatel_sros",
    "allied_telesis_awplus",
    "arista_eos",
    "aruba_aoscx",
    "aruba_os",
    "aruba_procurve",
    "avaya_ers",
    "avaya_vsp",
    "broadcom_icos",
    "brocade_fastiron",
    "brocade_netiron",
    "checkpoint_gaia",
    "ciena_saos",
    "cisco_apic",
    "cisco_asa",
    "cisco_ftd",
    "cisco_fxos",
    "cisco_ios",
    "cisco_nvfis",
    "cisco_nxos",
    "cisco_s300",
    "cisco_viptela",
    "cisco_wlc_ssh",
    "cisco_xr",
    "dell_force10",
    "dell_powerconnect",
    "dlink_ds",
    "edgecore",
    "eltex",
    "ericsson_ipos",
    "extreme_exos",
    "extreme_slxos",
    "fortinet",
    "fsas_sir",
    "hp_comware",
    "hp_procurve",
    "huawei_ont",
    "huawei_smartax",
    "huawei_vrp",
    "ipinfusion_ocnos",
    "juniper_junos",
    "juniper_screenos",
    "linux",
    "mikrotik_routeros",
    "oneaccess_oneos",
    "paloalto_panos",
    "ruckus_fastiron",
    "ubiquiti_edgerouter",
    "ubiquiti_edgeswitch",
    "vmware_nsxv",
    "vyos",
    "watchguard_firebox",
    "yamaha",
    "zte_zxros",
    "zyxel_os",
];

/// The entry of the index that a name is found by, the longest where several fit.
pub(super) fn entry(name: &str) -> Option<&'static str> {
    INDEX.iter().copied().filter(|entry| name.starts_with(entry)).max_by_key(|entry| entry.len())
}

#[cfg(test)]
mod tests {
    use super::entry;

    #[test]
    fn a_name_is_found_by_its_head() {
        assert_eq!(entry("cisco_iosxe"), Some("cisco_ios"));
        assert_eq!(entry("cisco_xr"), Some("cisco_xr"));
        assert_eq!(entry("aruba_wlc"), None);
    }
}
