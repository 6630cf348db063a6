"""What Runs work with: leases, what they see, what they may do, and their candidates."""
