"""The few drawings of the pages: line icons and the shapes of states."""

# Line drawings on a grid of 24, read by people who see; a word always stands beside them.
ICONS = {
    "search": "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zm5-1.5L20.5 20.5",
    "print": "M7 9V3.5h10V9M7 17H3.5V9h17v8H17M7 14h10v6.5H7z",
    "download": "M12 3.5v12m-5-5 5 5 5-5M4 20.5h16",
    "phone": "M8 3.5H4.5C4.5 13 11 19.5 20.5 19.5V16l-4.5-2-2 2.5A12 12 0 0 1 7.5 10L10 8z",
    "mail": "M3.5 5.5h17v13h-17zm0 1L12 13l8.5-6.5",
    "place": (
        "M12 21S5 14.5 5 9.5a7 7 0 0 1 14 0C19 14.5 12 21 12 21zm0-9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"
    ),
    "clock": "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 7v5l3.5 2",
    "calendar": "M4 5.5h16v15H4zM4 10h16M8 3v4m8-4v4",
    "person": "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm-7.5 9a7.5 7.5 0 0 1 15 0",
    "people": (
        "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zm-6.5 9a6.5 6.5 0 0 1 13 0M16 4.3"
        "a3.5 3.5 0 0 1 0 6.5m2.5 3.5a6.5 6.5 0 0 1 3 5.7"
    ),
    "document": "M6 3.5h8l4.5 4.5v12.5H6zM14 3.5V8h4.5M9 12.5h6M9 16h6",
    "edit": "M4 20l1-4.5L16 4.5l3.5 3.5-11 11zM13.5 7l3.5 3.5",
    "menu": "M4 6.5h16M4 12h16M4 17.5h16",
    "add": "M12 5v14M5 12h14",
    "check": "M4.5 12.5l5 5 10-11",
    "cross": "M6 6l12 12M18 6L6 18",
    "warning": "M12 4L2.5 20h19zM12 10v4.5m0 2.5v.1",
    "info": "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 11v5.5m0-9v.1",
    "arrow-right": "M4 12h16m-6-6 6 6-6 6",
    "arrow-left": "M20 12H4m6-6-6 6 6 6",
    "up": "M12 19V5m-6 6 6-6 6 6",
    "down": "M12 5v14m-6-6 6 6 6-6",
    "external": "M10 5H4.5v14.5H19V14M14 4h6v6m0-6-9 9",
    "globe": (
        "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM3.5 12h17M12 3.5"
        "c4.5 5 4.5 12 0 17-4.5-5-4.5-12 0-17z"
    ),
}

# The shapes of states, on a grid of 10.
SHAPES = {
    "ring": '<circle cx="5" cy="5" r="4"/>',
    "half": '<circle cx="5" cy="5" r="4"/><path fill="currentColor" stroke="none" d="M5 1a4 4 0 0 1 0 8z"/>',
    "dot": '<circle cx="5" cy="5" r="4" fill="currentColor"/>',
    "check": '<path d="M1 5.5l3 3 5-7"/>',
    "cross": '<path d="M1.5 1.5l7 7m0-7l-7 7"/>',
    "triangle": '<path fill="currentColor" d="M5 1l4 8H1z"/>',
    "square": '<path fill="currentColor" d="M1.5 1.5h7v7h-7z"/>',
    "arrow": '<path d="M0 5h9M5.5 1.5L9 5 5.5 8.5"/>',
    "back": '<path d="M10 5H1M4.5 1.5L1 5l3.5 3.5"/>',
    "plus": '<path d="M5 0.5v9M.5 5h9"/>',
    "pencil": '<path d="M1 9l.7-3L7 .7 9.3 3 4 8.3z"/>',
}
