#include "text/epub_package.h"

#include <algorithm>
#include <set>

#include "core/error.h"
#include "text/xml.h"

namespace corpuscope::text {
namespace {

using Files = std::map<std::string, std::string>;
using Event = XmlReader::Event;

// What is not there is empty.
const std::string& file(const Files& files, const std::string& path) {
  static const std::string none;
  const auto found = files.find(path);
  return found == files.end() ? none : found->second;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string without_percents(std::string_view link) {
  std::string plain;
  for (std::size_t i = 0; i < link.size(); ++i) {
    const int high = i + 2 < link.size() ? hex_digit(link[i + 1]) : -1, low = high < 0 ? -1 : hex_digit(link[i + 2]);
    const bool coded = link[i] == '%' && low >= 0;
    plain += coded ? char(high * 16 + low) : link[i];
    i += coded ? 2 : 0;
  }
  return plain;
}

// The path that `link` means in a file at `from`, without the place inside it.
std::string resolved(const std::string& from, std::string_view link) {
  link = link.substr(0, link.find_first_of("#?"));
  std::vector<std::string> steps;
  const auto walk = [&](std::string_view path) {
    while (!path.empty()) {
      const auto step = path.substr(0, path.find('/'));
      path.remove_prefix(std::min(path.size(), step.size() + 1));
      if (step == ".." && !steps.empty()) steps.pop_back();
      if (!step.empty() && step != "." && step != "..") steps.emplace_back(step);
    }
  };
  if (const auto folder = from.rfind('/'); folder != from.npos && !link.starts_with('/'))
    walk(from.substr(0, folder));
  walk(without_percents(link));
  std::string path;
  for (const auto& step : steps) path += (path.empty() ? "" : "/") + step;
  return path;
}

std::string package_path(const Files& files, Allowance& allowance) {
  const std::string container = "META-INF/container.xml";
  const auto& bytes = file(files, container);
  if (bytes.empty()) throw core::Error("damaged (no " + container + ")");
  XmlReader xml(bytes, container, allowance);
  for (auto event = xml.next(); event != Event::finished; event = xml.next())
    if (event == Event::start && xml.name() == "rootfile") return resolved("", xml.attribute("full-path"));
  throw core::Error("damaged (" + container + " names no package)");
}

struct Item {
  std::string path, type, properties;
};

struct Package {
  std::map<std::string, Item> items;  // by id
  std::vector<std::string> spine;     // ids
  std::string toc;                    // id of the NCX
};

Package read_package(const std::string& path, const std::string& bytes, Allowance& allowance) {
  Package package;
  XmlReader xml(bytes, path, allowance);
  for (auto event = xml.next(); event != Event::finished; event = xml.next()) {
    if (event != Event::start) continue;
    if (xml.name() == "item")
      package.items[xml.attribute("id")] = {resolved(path, xml.attribute("href")), xml.attribute("media-type"),
                                            xml.attribute("properties")};
    if (xml.name() == "spine") package.toc = xml.attribute("toc");
    if (xml.name() == "itemref") package.spine.push_back(xml.attribute("idref"));
  }
  return package;
}

// Both kinds of table of contents are links with a text: <a href> in a navigation document, <navPoint> with <text>
// before <content src> in an NCX. A damaged one costs the titles, not the book.
void read_titles(const std::string& path, const std::string& bytes, EpubPackage& package, Allowance& allowance) try {
  std::string label, link;
  bool labelled = false;
  XmlReader xml(bytes, path, allowance);
  const auto note_title = [&](const std::string& target) {
    const auto first = label.find_first_not_of(" \t\r\n");
    if (first != label.npos)
      package.titles.try_emplace(resolved(path, target),
                                 label.substr(first, label.find_last_not_of(" \t\r\n") + 1 - first));
  };
  for (auto event = xml.next(); event != Event::finished; event = xml.next()) {
    if (event == Event::text && labelled) label += xml.text();
    if (event == Event::text) continue;
    const bool start = event == Event::start, in_page = xml.name() == "a";
    if (in_page || xml.name() == "text") {
      if (start) label.clear(), link = in_page ? xml.attribute("href") : "";
      if (!start && in_page) note_title(link);
      labelled = start;
    }
    if (start && xml.name() == "content") note_title(xml.attribute("src"));
    if (start && xml.name() == "pageList") xml.skip_element();
  }
} catch (const core::Error&) {
  if (allowance.is_used_up()) throw;
}

std::set<std::string> encrypted_paths(const Files& files, Allowance& allowance) {
  std::set<std::string> paths;
  const auto& bytes = file(files, "META-INF/encryption.xml");
  if (bytes.empty()) return paths;
  XmlReader xml(bytes, "META-INF/encryption.xml", allowance);
  for (auto event = xml.next(); event != Event::finished; event = xml.next())
    if (event == Event::start && xml.name() == "CipherReference") paths.insert(resolved("", xml.attribute("URI")));
  return paths;
}

}  // namespace

EpubPackage epub_package(const Files& files, Allowance& allowance) {
  const auto path = package_path(files, allowance);
  const auto& bytes = file(files, path);
  if (bytes.empty()) throw core::Error("damaged (no " + path + ")");
  const auto read = read_package(path, bytes, allowance);
  const auto encrypted = encrypted_paths(files, allowance);
  EpubPackage package;
  std::set<std::string> taken;  // a spine that names a document twice is no reason to read it twice
  for (const auto& id : read.spine) {
    const auto item = read.items.find(id);
    if (item == read.items.end() || item->second.type.starts_with("image/")) continue;
    if (encrypted.contains(item->second.path)) throw core::Error("encrypted (DRM)");
    if (taken.insert(item->second.path).second) package.spine.push_back(item->second.path);
  }
  if (package.spine.empty()) throw core::Error("damaged (" + path + " names no documents)");
  for (const auto& [id, item] : read.items)
    if (id == read.toc || item.type == "application/x-dtbncx+xml" ||
        item.properties.find("nav") != item.properties.npos)
      read_titles(item.path, file(files, item.path), package, allowance);
  return package;
}

}  // namespace corpuscope::text
