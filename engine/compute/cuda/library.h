#pragma once
// CUDA's large libraries are opened when they are first used: linked, they would cost every start of the program a
// third of a second, and it could not start at all where they are not installed.

#include <string>

namespace corpuscope::compute::cuda {

// Stays open until the program ends. Throws core::Error where it is not there, or lacks a function.
class Library {
 public:
  // `package`: what a person installs where the file is missing.
  Library(std::string file, const std::string& package);

  template <typename Function>
  void find(Function*& function, const char* name) const {
    function = reinterpret_cast<Function*>(symbol(name));
  }

 private:
  void* symbol(const char* name) const;

  std::string file_;
  void* handle_ = nullptr;
};

}  // namespace corpuscope::compute::cuda
