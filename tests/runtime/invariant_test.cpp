#include "runtime/invariant.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace volumeviz;

TEST_CASE("a violated invariant names the rule and the place") {
  std::string text;
  try {
    invariant(1 + 1 == 3, "numbers add up");
  } catch (const invariant_violation& error) {
    text = error.what();
  }
  CHECK(text.find("numbers add up") != std::string::npos);
  CHECK(text.find("invariant_test.cpp:") != std::string::npos);
}

TEST_CASE("an invariant that holds does nothing") {
  CHECK_NOTHROW(invariant(1 + 1 == 2, "numbers add up"));
}
