"""What several figures share: how one is told, how calls are timed, databases to measure on."""
