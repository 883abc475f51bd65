#pragma once
// What the parts of the reader's text agree on.

namespace corpuscope::ui {

constexpr int reader_margin = 8;            // pixels
constexpr int widest_measure = 110;         // characters in a line of prose; longer lines are hard to follow

}  // namespace corpuscope::ui
