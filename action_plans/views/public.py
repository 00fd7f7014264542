"""Published plans, open to anybody: the list, the pages, the files, and the check of a code."""
