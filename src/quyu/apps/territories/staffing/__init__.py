"""People for territories: what they can do, who could go where, the proposal with its reasons, and carrying it out."""
