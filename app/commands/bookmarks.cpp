#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands.h"
#include "app/terminal.h"
#include "app/token_option.h"
#include "core/error.h"
#include "explore/place_text.h"
#include "workspace/matrix_place.h"
#include "workspace/writer.h"

namespace corpuscope::app {
namespace {

struct Options : Common {
  std::string add, query, name;
  std::int64_t rename = 0, remove = 0;
};

struct Range {
  std::int64_t first = 0, count = 1;
};

// A token by its number or as NAME:LINE, +COUNT for more.
Range range_of(const std::string& text, const workspace::Workspace& workspace, explore::Passages& passages) {
  const auto place = explore::parse_place(text);
  if (!place) throw CLI::ValidationError("\"" + text + "\" is neither the number of a token nor NAME:LINE");
  return {explore::token_of(*place, workspace, passages), place->count};
}

std::int64_t add(const Options& options, workspace::Workspace& workspace, explore::Passages& passages) {
  const Range tokens = range_of(options.add, workspace, passages);
  workspace::Bookmark bookmark{tokens.first, tokens.count, options.name, "terminal"};
  if (!options.query.empty()) {
    const Range queries = range_of(options.query, workspace, passages);
    bookmark = workspace::bookmark_of({queries.first, queries.count, tokens.first, tokens.count}, options.name);
  }
  if (bookmark.name.empty()) bookmark.name = passages.snippet(tokens.first, 0, 5);
  return workspace.writer().put_bookmark(bookmark);
}

std::int64_t rename(const Options& options, workspace::Workspace& workspace) {
  for (auto& bookmark : workspace.bookmarks()) {
    if (bookmark.id != options.rename) continue;
    bookmark.name = options.name;
    return workspace.writer().put_bookmark(bookmark);
  }
  throw core::Error(fmt::format("There is no bookmark {}.", options.rename), "\"corpuscope bookmarks\" lists which there are.");
}

nlohmann::ordered_json bookmark_json(const workspace::Bookmark& bookmark, const explore::Place& place) {
  nlohmann::ordered_json json = {{"id", bookmark.id},     {"name", bookmark.name}, {"token", bookmark.first},
                                 {"tokens", bookmark.count}, {"document", place.name}, {"line", place.line}};
  if (const auto matrix = workspace::matrix_place(bookmark)) {
    json["query"] = matrix->query;
    json["queries"] = matrix->queries;
  }
  return json;
}

void list(const Options& options, const workspace::Workspace& workspace, explore::Passages& passages) {
  auto json = nlohmann::ordered_json::array();
  for (const auto& bookmark : workspace.bookmarks()) {
    const auto place = passages.place(bookmark.first);
    json.push_back(bookmark_json(bookmark, place));
    if (options.json) continue;
    const auto matrix = workspace::matrix_place(bookmark);
    print(fmt::format("{:<4} {}  {}:{}  token {}{}", bookmark.id, printable(bookmark.name), printable(place.name), place.line,
                      count_text(bookmark.first), matrix ? "  read by query " + count_text(matrix->query) : std::string()));
  }
  if (options.json)
    print_json({{"bookmarks", json}});
  else if (json.empty())
    print("There are no bookmarks yet: --add TOKEN makes one.");
}

void tell(const Options& options) {
  auto workspace = workspace::Workspace::open(workspace_file(options.workspace));
  explore::Passages passages(workspace);
  if (options.add.empty() && options.rename == 0 && options.remove == 0) return list(options, workspace, passages);
  std::int64_t id = options.remove;
  if (options.remove > 0)
    workspace.writer().remove_bookmark(options.remove);
  else
    id = options.rename > 0 ? rename(options, workspace) : add(options, workspace, passages);
  if (options.json)
    print_json({{options.remove > 0 ? "removed" : "bookmark", id}});
  else
    print(fmt::format("{} bookmark {}", options.remove > 0 ? "removed" : "kept as", id));
}

}  // namespace

void add_bookmarks(CLI::App& app) {
  auto* command = app.add_subcommand("bookmarks", "List, add, rename or remove places to find again, as the window shows them");
  auto options = std::make_shared<Options>();
  add_workspace(*command, *options);
  auto* add = command->add_option("--add", options->add, "Bookmark a token, by its number or NAME:LINE, +COUNT for more tokens")->type_name("TOKEN");
  command->add_option("--query", options->query, "Of the attention matrix: where these queries read the tokens")->type_name("TOKEN")->needs(add);
  auto* name = command->add_option("--name", options->name, "Its name; by default the text there")->type_name("NAME");
  auto* rename = command->add_option("--rename", options->rename, "Give one another name")->type_name("NUMBER")->check(CLI::PositiveNumber);
  auto* remove = command->add_option("--remove", options->remove, "Remove one")->type_name("NUMBER")->check(CLI::PositiveNumber);
  rename->needs(name)->excludes(add)->excludes(remove);
  remove->excludes(add)->excludes(name);
  add_json(*command, *options);
  command->callback([options] { tell(*options); });
}

}  // namespace corpuscope::app
