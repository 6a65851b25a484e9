"""What each entry of a study becomes: parts, paths, parameters."""
