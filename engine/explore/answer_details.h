#pragma once
// What is kept beside an answer: how it was drawn, and where it stood.

#include <string>
#include <vector>

#include "explore/ask.h"

namespace corpuscope::explore {

std::string answer_details(const Answer& answer, const AskSettings& settings);  // as JSON

// The sources of it; none where it is not of this form.
std::vector<AskSource> sources_of(const std::string& details);

}  // namespace corpuscope::explore
