"""The test tools have tests too."""
