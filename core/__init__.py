"""Rules and persistence of the continuing-education platform (继续教育). Knows no screen."""
