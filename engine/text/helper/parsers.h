#pragma once
// The parsers that run in the helper process. Each puts what it found; it may throw std::exception, whose text is the
// reason, or crash: nobody but this process is hurt.

#include <string_view>

#include "text/helper/output.h"

namespace corpuscope::text {

void put_pdf(std::string_view bytes, Output& output);
void put_mail(std::string_view bytes, Output& output);

}  // namespace corpuscope::text
