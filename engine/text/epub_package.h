#pragma once
// What an EPUB's own files say about it: which documents it is read in, and what its table of contents calls them.

#include <map>
#include <string>
#include <vector>

#include "text/allowance.h"

namespace corpuscope::text {

struct EpubPackage {
  std::vector<std::string> spine;             // paths in the ZIP, in reading order
  std::map<std::string, std::string> titles;  // of paths, by the table of contents; the first where it has several
};

// `files`: the members of the ZIP that are XML, by path. Throws core::Error where there is no spine, or where its
// documents are encrypted.
EpubPackage epub_package(const std::map<std::string, std::string>& files, Allowance& allowance);

}  // namespace corpuscope::text
