"""What is done: judging, telling, handling."""
