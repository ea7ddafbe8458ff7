// version.h - of the programs.
#ifndef CORE_BASE_VERSION_H
#define CORE_BASE_VERSION_H

#define LICET_VERSION "0.1.0"

#endif
