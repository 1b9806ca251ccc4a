"""The client against its peers on one model portal. `make bench ARGS=client`."""
