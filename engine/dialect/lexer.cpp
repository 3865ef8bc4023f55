#include "engine/dialect/lexer.h"
