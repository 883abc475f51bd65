#pragma once
// A place in the sequence as a person names it on the command line.

#include <cstdint>
#include <string>

#include "explore/passages.h"
#include "explore/stretch.h"

namespace corpuscope::app {

// By its number, or the first of a line by NAME:LINE. Throws CLI::ValidationError where the text is neither, core::Error
// where there is no such place.
std::int64_t token_of(const std::string& text, const workspace::Workspace& workspace, explore::Passages& passages);

// Several tokens: FIRST,COUNT or FIRST+COUNT, where FIRST is as above. Throws as above, and where they are not all there.
explore::Stretch part_of(const std::string& text, const workspace::Workspace& workspace, explore::Passages& passages);

// The run of that number; 0: the newest. Throws core::Error where there is none.
workspace::Run run_to_look_at(const workspace::Workspace& workspace, std::int64_t id);

}  // namespace corpuscope::app
