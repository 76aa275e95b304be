//! The templates that come with the crate, and their index.

macro_rules! files {
    ($($name:literal)*) => { &[$(($name, include_str!(concat!("templates/", $name)))),*] };
}

static FILES: &[(&str, &str)] = files![
    "index"
    "arista_eos_show_interfaces_status.textfsm"
    "arista_eos_show_inventory.textfsm"
    "arista_eos_show_ip_arp.textfsm"
    "arista_eos_show_ip_bgp_summary.textfsm"
    "arista_eos_show_ip_interface_brief.textfsm"
    "arista_eos_show_ip_route_summary.textfsm"
    "arista_eos_show_lldp_neighbors.textfsm"
    "arista_eos_show_lldp_neighbors_detail.textfsm"
    "arista_eos_show_mac_address-table.textfsm"
    "arista_eos_show_running-config.textfsm"
    "arista_eos_show_version.textfsm"
    "cisco_iosxe_show_arp.textfsm"
    "cisco_iosxe_show_cdp_neighbors.textfsm"
    "cisco_iosxe_show_cdp_neighbors_detail.textfsm"
    "cisco_iosxe_show_interfaces_status.textfsm"
    "cisco_iosxe_show_inventory.textfsm"
    "cisco_iosxe_show_ip_arp.textfsm"
    "cisco_iosxe_show_ip_bgp_summary.textfsm"
    "cisco_iosxe_show_ip_interface_brief.textfsm"
    "cisco_iosxe_show_ip_route_summary.textfsm"
    "cisco_iosxe_show_lldp_neighbors.textfsm"
    "cisco_iosxe_show_lldp_neighbors_detail.textfsm"
    "cisco_iosxe_show_mac_address-table.textfsm"
    "cisco_iosxe_show_running-config.textfsm"
    "cisco_iosxe_show_version.textfsm"
    "cisco_iosxr_show_arp.textfsm"
    "cisco_iosxr_show_bgp_instance_summary.textfsm"
    "cisco_iosxr_show_bgp_summary.textfsm"
    "cisco_iosxr_show_bgp_vrf_all_summary.textfsm"
    "cisco_iosxr_show_cdp_neighbors.textfsm"
    "cisco_iosxr_show_cdp_neighbors_detail.textfsm"
    "cisco_iosxr_show_interfaces_brief.textfsm"
    "cisco_iosxr_show_inventory.textfsm"
    "cisco_iosxr_show_ipv4_interface_brief.textfsm"
    "cisco_iosxr_show_l2vpn_mac-learning.textfsm"
    "cisco_iosxr_show_lldp_neighbors.textfsm"
    "cisco_iosxr_show_lldp_neighbors_detail.textfsm"
    "cisco_iosxr_show_route_summary.textfsm"
    "cisco_iosxr_show_running-config.textfsm"
    "cisco_iosxr_show_version.textfsm"
    "cisco_nxos_show_cdp_neighbors.textfsm"
    "cisco_nxos_show_cdp_neighbors_detail.textfsm"
    "cisco_nxos_show_interface_brief.textfsm"
    "cisco_nxos_show_interface_status.textfsm"
    "cisco_nxos_show_inventory.textfsm"
    "cisco_nxos_show_ip_arp.textfsm"
    "cisco_nxos_show_ip_bgp_summary.textfsm"
    "cisco_nxos_show_ip_interface_brief.textfsm"
    "cisco_nxos_show_ip_route_summary.textfsm"
    "cisco_nxos_show_lldp_neighbors.textfsm"
    "cisco_nxos_show_lldp_neighbors_detail.textfsm"
    "cisco_nxos_show_mac_address-table.textfsm"
    "cisco_nxos_show_running-config.textfsm"
    "cisco_nxos_show_version.textfsm"
    "frr_show_bgp_summary.textfsm"
    "frr_show_evpn_arp-cache.textfsm"
    "frr_show_evpn_mac.textfsm"
    "frr_show_interface_brief.textfsm"
    "frr_show_ip_route_summary.textfsm"
    "frr_show_running-config.textfsm"
    "frr_show_version.textfsm"
    "juniper_junos_show_arp.textfsm"
    "juniper_junos_show_bgp_summary.textfsm"
    "juniper_junos_show_chassis_hardware.textfsm"
    "juniper_junos_show_configuration.textfsm"
    "juniper_junos_show_ethernet-switching_table.textfsm"
    "juniper_junos_show_interfaces_descriptions.textfsm"
    "juniper_junos_show_interfaces_terse.textfsm"
    "juniper_junos_show_lldp_neighbors.textfsm"
    "juniper_junos_show_route_summary.textfsm"
    "juniper_junos_show_version.textfsm"
];

/// The text of a file.
pub(super) fn text(file: &str) -> Option<&'static str> {
    FILES.iter().find(|(name, _)| *name == file).map(|(_, text)| *text)
}

/// The names of all files.
#[cfg(test)]
pub(super) fn files() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

#[cfg(test)]
#[path = "builtin_tests.rs"]
mod tests;
