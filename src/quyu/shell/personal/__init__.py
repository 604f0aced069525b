"""Personal data: the register, what is known about one person, erasure without changing a total, retention."""
