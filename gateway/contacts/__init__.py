"""How parties are reached and by which key: changes that one person proposes, another confirms, and a letter proves."""
