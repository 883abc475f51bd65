// train model|tokenizer|evaluate: models and tokenizers of one's own.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <map>
#include <memory>

#include "app/commands.h"
#include "app/ranks.h"
#include "app/terminal.h"
#include "core/error.h"
#include "explore/devices.h"
#include "model/gpu.h"
#include "training/evaluate.h"
#include "training/grid.h"
#include "training/ngram.h"
#include "training/trainer.h"

namespace corpuscope::app {
namespace {

namespace fs = std::filesystem;

const std::map<std::string, training::Optimizer> optimizers = {{"adamw", training::Optimizer::adamw},
                                                               {"muon", training::Optimizer::muon}};

std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw core::Error("the file " + file.string() + " cannot be read", "Check the path.");
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<fs::path> files_of(const fs::path& list) {
  std::ifstream in(list);
  if (!in) throw core::Error("the list " + list.string() + " cannot be read", "Give a file with one path a line.");
  std::vector<fs::path> files;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) files.emplace_back(line);
  return files;
}

struct ModelOptions : Common {
  fs::path config, tokenizer, out;
  std::vector<fs::path> data, held_out;
  std::vector<double> shares;
  training::Settings settings;
  int threads = 0;
  std::string device = "auto";
};

std::vector<training::Texts> load_all(const std::vector<fs::path>& lists, const tokens::Tokenizer& tokenizer, bool quiet) {
  std::vector<training::Texts> all;
  for (const fs::path& list : lists) {
    std::int64_t skipped = 0;
    all.push_back(training::load_texts(list.stem().string(), list, tokenizer, &skipped));
    if (!quiet)
      fmt::print(stderr, "{}: {} tokens, {} of text{}\n", printable(all.back().name), count_text(std::int64_t(all.back().tokens.size())),
                 bytes_text(double(all.back().bytes)), skipped ? fmt::format(", {} files are no text", skipped) : "");
  }
  return all;
}

void print_result(const ModelOptions& options, const model::Config& config, const training::Step& last,
                  const std::vector<training::Texts>& held_out) {
  nlohmann::ordered_json bits = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < last.held_out.size(); ++i) bits[held_out[i].name] = last.held_out[i];
  const std::int64_t parameters = model::parameter_count(config);
  if (options.json)
    return print_json({{"model", options.out.string()},
                       {"parameters", parameters},
                       {"steps", last.step},
                       {"loss", last.loss},
                       {"held_out_bits_per_byte", bits}});
  print(fmt::format("{}: {} parameters, {} steps, loss {:.4f}", options.out.string(), count_text(parameters), last.step,
                    last.loss));
  for (const auto& [name, value] : bits.items())
    print(fmt::format("  {}: {:.4f} bits per byte", name, value.get<double>()));
}

void tell_ranks(const parallel::Collective& ranks, const training::Settings& settings) {
  const training::Grouping grouping = training::grouping(ranks.size(), settings);
  std::string text = fmt::format("{} ranks: ", ranks.size());
  if (grouping.groups > 1) text += fmt::format("{} windows side by side", grouping.groups);
  if (grouping.groups > 1 && grouping.ranks_a_window > 1) text += ", ";
  if (grouping.ranks_a_window > 1) text += fmt::format("each window split over {} ranks", grouping.ranks_a_window);
  fmt::print(stderr, "{}; should one die, the same command goes on from the last checkpoint\n", text);
}

void train_on(const ModelOptions& options, parallel::Collective& ranks) {
  const bool first = ranks.rank() == 0, quiet = options.quiet || !first;
  const auto tokenizer = tokens::Tokenizer::load(options.tokenizer);
  model::Config config = model::parse_config(slurp(options.config));
  if (config.vocab_size != tokenizer.size())
    throw core::Error(fmt::format("the config's vocab_size is {}, the tokenizer has {} pieces", config.vocab_size,
                                  tokenizer.size()),
                      "Make them equal.");
  config.trained_length = options.settings.length;
  auto texts = load_all(options.data, tokenizer, quiet);
  if (!options.shares.empty() && options.shares.size() != texts.size())
    throw core::Error(fmt::format("{} shares were given for {} lists of data", options.shares.size(), texts.size()),
                      "Give one share a list.");
  for (std::size_t i = 0; i < options.shares.size(); ++i) texts[i].share = options.shares[i];
  const auto held_out = load_all(options.held_out, tokenizer, quiet);
  if (!quiet && ranks.size() > 1) tell_ranks(ranks, options.settings);
  training::Step last;
  TerminalJob work(quiet);
  training::train(ranks, config, options.settings, std::move(texts), held_out, options.out,
                  [&](const training::Step& step) { last = step; }, work.job());
  if (first) print_result(options, config, last, held_out);
}

// Muon is the processor's alone: where nobody asked for a device, that decides. Of several ranks each takes a GPU of
// its machine.
std::vector<int> gpus_for(const ModelOptions& options, const parallel::Collective& ranks) {
  const bool automatic = options.device == "auto", muon = options.settings.optimizer == training::Optimizer::muon;
  if (automatic && muon) return {};
  const std::vector<int> chosen = explore::chosen_gpus(options.device);
  const bool named = !automatic && options.device != "gpu";
  return ranks.size() > 1 && !chosen.empty() && !named ? explore::chosen_gpus("gpus") : chosen;
}

// Several GPUs of one process have a thread each; under mpirun a process has one.
void train_model(ModelOptions& options, parallel::Collective& ranks) {
  use_threads(options.threads);
  options.settings.gpus = gpus_for(options, ranks);
  const int gpus = int(options.settings.gpus.size());
  if (ranks.size() > 1 || gpus < 2) return train_on(options, ranks);
  parallel::run_on_threads(gpus, [&](parallel::Collective& gpu) { train_on(options, gpu); });
}

struct EvaluateOptions : Common {
  fs::path model, tokenizer;
  std::vector<fs::path> held_out, ngram;
  std::int64_t length = 0;
  std::string device = "auto";
};

void evaluate(EvaluateOptions& options) {
  const auto tokenizer = tokens::Tokenizer::load(options.tokenizer);
  const auto decoder = model::Decoder::load(options.model);
  const std::int64_t length = options.length > 0 ? options.length : decoder.config().trained_length;
  if (length < 1) throw core::Error("the model does not say at which length it was trained", "Give --length.");
  const std::vector<int> gpus = explore::chosen_gpus(options.device);
  training::MakeReader make_reader;
  if (!gpus.empty())
    make_reader = [gpu = gpus[0]](const model::Decoder& reading) {
      return model::Reader(model::gpu_backend()->streaming(reading, gpu, std::nullopt, nullptr));
    };
  training::Ngram ngram;
  for (const fs::path& list : options.ngram)
    for (const fs::path& file : files_of(list)) ngram.learn(slurp(file));
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const fs::path& list : options.held_out) {
    const auto texts = training::load_texts(list.stem().string(), list, tokenizer);
    TerminalJob work(options.quiet);
    const auto result = training::evaluate(decoder, texts.tokens, texts.bytes, length, work.job(), make_reader);
    nlohmann::ordered_json row = {{"text", texts.name}, {"bytes", texts.bytes}, {"tokens", result.tokens},
                                  {"read_length", length}, {"bits_per_byte", result.bits_per_byte},
                                  {"bits_per_token", result.bits / double(result.tokens)}, {"border_loss", result.border_loss}};
    if (!options.ngram.empty()) {
      training::Ngram scoring = ngram;
      double bits = 0;
      for (const fs::path& file : files_of(list)) bits += scoring.bits(slurp(file));
      row["order_5_bits_per_byte"] = bits / double(texts.bytes);
    }
    if (!options.json)
      print(fmt::format("{}: {:.4f} bits per byte read {} tokens at a time; {:+.3f} bits a token behind segment borders{}",
                        texts.name, result.bits_per_byte, count_text(length), result.border_loss,
                        options.ngram.empty() ? "" : fmt::format("; order-5 bytes {:.4f}", row["order_5_bits_per_byte"].get<double>())));
    json.push_back(row);
  }
  if (options.json) print_json(json);
}

struct TokenizerOptions : Common {
  fs::path out;
  std::vector<fs::path> lists;
  tokens::TrainSettings settings;
};

void train_tokenizer(TokenizerOptions& options) {
  std::vector<fs::path> files;
  for (const fs::path& list : options.lists)
    for (fs::path& file : files_of(list)) files.push_back(std::move(file));
  TerminalJob work(options.quiet);
  tokens::train(files, options.settings, options.out, work.job());
  const int pieces = tokens::Tokenizer::load(options.out).size();
  if (options.json)
    print_json({{"tokenizer", options.out.string()}, {"pieces", pieces}, {"files", files.size()}});
  else
    print(fmt::format("{}: {} pieces from {} files", options.out.string(), count_text(pieces), count_text(std::int64_t(files.size()))));
}

void add_model(CLI::App& train) {
  auto* command = train.add_subcommand("model", "Train a decoder; called again on the same folder it goes on");
  auto options = std::make_shared<ModelOptions>();
  auto& settings = options->settings;
  settings.schedule = {2e-3, 1000, 50, 0.05};
  command->add_option("--config", options->config, "config.json of the decoder")->required()->type_name("FILE");
  command->add_option("--tokenizer", options->tokenizer, "SentencePiece model")->required()->type_name("FILE");
  command->add_option("--data", options->data, "Lists of files, one path a line; each is one kind of text")->required()->type_name("LIST...");
  command->add_option("--share", options->shares, "Share of each kind in what is drawn; alike by default");
  command->add_option("--held-out", options->held_out, "Lists of files to evaluate on")->type_name("LIST...");
  command->add_option("--out", options->out, "Model folder; checkpoint and log lie there too")->required()->type_name("DIR");
  command->add_option("--length", settings.length, "Tokens of a window")->capture_default_str()->check(CLI::Range(2, 1 << 24));
  command->add_option("--batch", settings.batch, "Windows of a step")->capture_default_str()->check(CLI::Range(1, 1 << 16));
  command->add_option("--steps", settings.schedule.steps)->capture_default_str()->check(CLI::Range(1, 1 << 30));
  command->add_option("--warm-up", settings.schedule.warm_up, "Steps")->capture_default_str()->check(CLI::Range(0, 1 << 30));
  command->add_option("--rate", settings.schedule.rate, "Highest learning rate")->capture_default_str()->check(CLI::PositiveNumber);
  command->add_option("--weight-decay", settings.weight_decay)->capture_default_str()->check(CLI::NonNegativeNumber);
  command->add_option("--clip", settings.clip, "Largest norm of the gradient")->capture_default_str()->check(CLI::PositiveNumber);
  command->add_option("--optimizer", settings.optimizer, "adamw, or muon for the matrices between layers")
      ->transform(CLI::CheckedTransformer(optimizers).description(""))
      ->type_name("NAME")
      ->default_str("adamw");
  command->add_option("--beta2", settings.beta2, "Share of the old second moment that AdamW keeps; small batches want more")
      ->capture_default_str()->check(CLI::Range(0.0, 0.999999));
  command->add_option("--last-share", settings.schedule.last_share, "Of the rate, at the last step")->capture_default_str()->check(CLI::Range(0.0, 1.0));
  command->add_flag("--bf16", settings.bf16, "Round the factors of matrix products to bf16: faster where the processor has it; GPUs always do");
  command->add_option("--seed", settings.seed)->capture_default_str();
  command->add_option("--evaluate-every", settings.evaluate_every, "Steps")->capture_default_str()->check(CLI::Range(1, 1 << 30));
  command->add_option("--checkpoint-every", settings.checkpoint_every, "Steps")->capture_default_str()->check(CLI::Range(1, 1 << 30));
  command->add_option("--ranks-a-window", settings.ranks_a_window, "Under mpirun: ranks that split a window; by default as few as leave no rank idle")->check(CLI::Range(1, 1 << 20));
  command->add_option("--device", options->device, "auto, cpu, gpu, gpus (all), or of \"corpuscope devices\"; several GPUs train together")
      ->type_name("DEVICE")
      ->capture_default_str();
  command->add_option("--threads", options->threads, "0: all processors")->capture_default_str()->check(CLI::Range(0, 1024));
  add_quiet(*command, *options);
  add_json(*command, *options);
  command->callback([options] {
    on_ranks([&](parallel::Collective& ranks) { train_model(*options, ranks); });
  });
}

void add_tokenizer(CLI::App& train) {
  auto* command = train.add_subcommand("tokenizer", "Train a tokenizer that loses nothing");
  auto options = std::make_shared<TokenizerOptions>();
  command->add_option("--data", options->lists, "Lists of files, one path a line")->required()->type_name("LIST...");
  command->add_option("--out", options->out)->required()->type_name("FILE");
  command->add_option("--pieces", options->settings.pieces)->capture_default_str()->check(CLI::Range(512, 1 << 20));
  command->add_option("--sample-bytes", options->settings.sample_bytes)->capture_default_str()->check(CLI::PositiveNumber);
  add_quiet(*command, *options);
  add_json(*command, *options);
  command->callback([options] { train_tokenizer(*options); });
}

void add_evaluate(CLI::App& train) {
  auto* command = train.add_subcommand("evaluate", "Bits per byte of a model on held-out texts");
  auto options = std::make_shared<EvaluateOptions>();
  command->add_option("--model", options->model, "Model folder")->required()->type_name("DIR");
  command->add_option("--tokenizer", options->tokenizer)->required()->type_name("FILE");
  command->add_option("--held-out", options->held_out, "Lists of files")->required()->type_name("LIST...");
  command->add_option("--length", options->length, "Read so many tokens at a time; by default as it was trained")->check(CLI::Range(1, 1 << 30));
  command->add_option("--device", options->device, "auto, cpu, gpu, gpus (all), or of \"corpuscope devices\"")
      ->type_name("DEVICE")
      ->capture_default_str();
  command->add_option("--order-5", options->ngram, "Also a byte model of order 5 that learns from these lists")->type_name("LIST...");
  add_quiet(*command, *options);
  add_json(*command, *options);
  command->callback([options] { evaluate(*options); });
}

}  // namespace

void add_train(CLI::App& app) {
  auto* train = app.add_subcommand("train", "Train a model or a tokenizer, or evaluate a model");
  train->require_subcommand(1);
  add_model(*train);
  add_tokenizer(*train);
  add_evaluate(*train);
}

}  // namespace corpuscope::app
