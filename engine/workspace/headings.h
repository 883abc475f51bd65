#pragma once
// The lines of a passage that say what it is about.

#include <string>
#include <string_view>

namespace corpuscope::workspace {

// A title (a short first paragraph with a blank line behind it), headings (short lines that stand alone and do not end
// like a sentence), and in code the lines that open a block but do not steer it: `def read(file):`, `class Reader {`.
// One below the other. As it is part of the index, it must never change for blocks that a file holds (search_rows.h).
std::string headings(std::string_view passage);

// Whether a passage is written for people: of code's letters more than one in twenty is a bracket or a sign.
bool is_prose(std::string_view passage);

}  // namespace corpuscope::workspace
