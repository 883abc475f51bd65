#pragma once
// The subcommands of `corpuscope`. Each lives in commands/<name>.cpp, adds itself to the command line and does its
// work in its callback; an error leaves it as core::Error, which main() turns into a message and exit code 1.

namespace CLI {
class App;
}

namespace corpuscope::app {

// The program's own arguments, which Qt wants to see.
struct Arguments {
  int argc;
  char** argv;
};

void add_open(CLI::App& app);     // open FOLDER [-w FILE] [--json]
void add_info(CLI::App& app);     // info -w FILE [--json]
void add_export(CLI::App& app);   // export text -w FILE DIR
void add_search(CLI::App& app);   // search -w FILE QUERY... [--limit N] [--sort ORDER] [--json|--csv]; --batch FILE --trec FILE
void add_like(CLI::App& app);     // like -w FILE --part FIRST,COUNT [--limit N] [--json|--csv]
void add_echoes(CLI::App& app);   // echoes -w FILE [--part FIRST,COUNT [--check]] | [--min-tokens N] [--between-documents] [--json|--csv]
void add_twists(CLI::App& app);   // twists -w FILE [--bits N] [--json|--csv]
void add_ask(CLI::App& app);      // ask -w FILE QUESTION... [--as-of TOKEN] [--check] [--json]; --history
void add_linguistics(CLI::App& app);  // collocates -w FILE QUERY..., ngrams -w FILE, keyness -w FILE PATH...
void add_read(CLI::App& app);     // read -w FILE [--model DIR] [--detail light|balanced|full] [--plan] [--json]
void add_reach(CLI::App& app);    // reach -w FILE [--again] [--json]
void add_report(CLI::App& app, Arguments& arguments);  // report -w FILE report.html
void add_pattern(CLI::App& app);  // pattern --length N [--levels W:R,...] [--rule RULE] [--staggered] ... [--json]
void add_inspect(CLI::App& app);  // inspect -w FILE --token N [--layer L] [--top N] [--stored] [--json]
void add_path(CLI::App& app);     // path --from A --to B (-w FILE | --length N ...) [--json]
void add_bookmarks(CLI::App& app);  // bookmarks -w FILE [--add TOKEN [--query TOKEN]] [--rename|--remove N] [--name NAME] [--json]
void add_tiles(CLI::App& app);    // tiles -w FILE [--query A --queries N --key B --keys M] [--exact] ... [--json|--csv]
void add_check(CLI::App& app);    // check attention|model DIR...
void add_bench(CLI::App& app);    // bench attention [--length N] ... [--json]
void add_bench_read(CLI::App& bench);  // bench read [--tokens N,...] [--device DEVICE] [--json]
void add_devices(CLI::App& app);  // devices [--json]
void add_models(CLI::App& app);   // model list [DIR...], model show MODEL, model import SOURCE [--to NAME] [--weights FORM]
void add_train(CLI::App& app);    // train model ..., train tokenizer ...

}  // namespace corpuscope::app
