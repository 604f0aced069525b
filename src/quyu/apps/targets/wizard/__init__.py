"""Making a plan step by step: the questions, the answers kept between them, and what each choice would give."""
