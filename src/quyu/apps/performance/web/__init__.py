"""业绩: pages and their exports."""
