"""How long the main pages take beside the least that such a page can take: `make bench`."""
