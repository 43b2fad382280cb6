"""Ways to reach an agent: dial, talk, hang up."""
