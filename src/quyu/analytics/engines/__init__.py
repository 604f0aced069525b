"""The engines that sum: DuckDB in the process, PostgreSQL, a Spark cluster; one door, the same expressions on each."""
