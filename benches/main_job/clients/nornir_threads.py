"""nornir with its threaded runner and nornir_netmiko."""

from common import COMMAND, PASSWORD, USER, arguments, parse, tell
from nornir.core import Nornir
from nornir.core.configuration import Config
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.plugins.runners import ThreadedRunner
from nornir_netmiko.connections import Netmiko
from nornir_netmiko.tasks import netmiko_send_command


def main():
    hosts, transport, workers = arguments()
    platform = "cisco_ios_telnet" if transport == "telnet" else "cisco_ios"
    extras = {"fast_cli": True, "conn_timeout": 60, "auth_timeout": 60, "banner_timeout": 60, "read_timeout_override": 120}
    options = {"netmiko": ConnectionOptions(extras=extras)}
    inventory = Inventory(
        hosts=Hosts(
            {
                f"r{port}": Host(
                    name=f"r{port}", hostname=host, port=port, username=USER, password=PASSWORD, platform=platform,
                    connection_options=options,
                )
                for host, port in hosts
            }
        ),
        groups=Groups(),
        defaults=Defaults(),
    )
    ConnectionPluginRegister.register("netmiko", Netmiko)
    nornir = Nornir(inventory=inventory, runner=ThreadedRunner(num_workers=workers), config=Config())

    def task(task):
        result = task.run(netmiko_send_command, command_string=COMMAND)
        task.host.close_connections()
        return parse(result.result)

    results = nornir.run(task)
    tell(result[0].exception if result.failed else result[0].result for result in results.values())


if __name__ == "__main__":
    main()
