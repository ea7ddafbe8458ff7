extern int wire_x; int wire_x;
