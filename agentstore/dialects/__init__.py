"""One folder a dialect; what a dialect must supply is on one page, `repository`."""
