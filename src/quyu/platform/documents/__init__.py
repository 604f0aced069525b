"""Documents the product makes: typeset as PDF, signed, and checked again."""
