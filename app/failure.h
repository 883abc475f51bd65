#pragma once
// How the program ends when something went wrong.

#include <string>

namespace corpuscope::app {

enum Exit { done = 0, failed = 1, wrong_usage = 2, interrupted = 130 };

int fail(const std::string& what, const std::string& remedy = "");

// Called while an exception is handled: tells what happened (to `whom`) and what to do, and gives the exit status.
int explain_failure(const std::string& whom = "");

}  // namespace corpuscope::app
