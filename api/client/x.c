extern int licet_x; int licet_x;
