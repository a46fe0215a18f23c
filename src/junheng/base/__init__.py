"""Words every room shares: ids, units, stages, statuses and errors."""
