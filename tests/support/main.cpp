// One main for every test program.
#define DOCTEST_CONFIG_IMPLEMENT
#include "tests/support/process.hpp"

#include <doctest/doctest.h>

int main(int argc, char** argv) {
  volumeviz::support::ignore_broken_pipes(); // as the program's own main does
  return doctest::Context{argc, argv}.run();
}
