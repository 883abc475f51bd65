#include "app/failure.h"

#include <iostream>
#include <new>

#include "app/terminal.h"
#include "core/error.h"

namespace corpuscope::app {

int fail(const std::string& what, const std::string& remedy) {
  // At one go, so that nothing that another rank or mpirun says gets in between.
  std::cerr << "corpuscope: " + printable(what) + (remedy.empty() ? "" : " ") + printable(remedy) + "\n" << std::flush;
  return failed;
}

int explain_failure(const std::string& whom) {
  try {
    throw;
  } catch (const core::Cancelled&) {
    std::cerr << "corpuscope: stopped; what was done until now is kept, the same command goes on from there\n";
    return interrupted;
  } catch (const core::Error& error) {
    return fail(whom + error.what(), error.remedy());
  } catch (const std::bad_alloc&) {
    return fail(whom + "There is not enough memory for this.", "Close other programs, or use a smaller corpus.");
  } catch (const std::exception& error) {
    return fail(whom + error.what());
  }
}

}  // namespace corpuscope::app
