"""The ground that tests stand on: real servers, and databases of their own."""
