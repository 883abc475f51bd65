#pragma once
// A chunk of a stream captured once into a CUDA graph and launched for every chunk: the position is read from the device.

#include "attention_case.h"

namespace corpuscope::gpu_test {

// Of a problem whose length is a multiple of `length`.
template <typename Element>
Results captured_stream(const Problem& p, std::int64_t length) {
  Case<Element> one(p);
  const cuda::Plan& plan = one.plan();
  const std::size_t kept_elements = std::size_t(cuda::KeptLayout(plan).elements());
  DeviceArray<Element> kept_k(kept_elements), kept_v(kept_elements);
  const cuda::Kept<Element> kept{kept_k.data(), kept_v.data()};
  const std::size_t floats = std::size_t(length * one.q_stride()), floats_kv = std::size_t(length * one.kv_stride());
  DeviceArray<Element> q(floats), k(floats_kv), v(floats_kv);
  DeviceArray<float> out(floats), lse(std::size_t(length * p.shape.heads));
  DeviceArray<std::int64_t> position(std::vector<std::int64_t>{0});
  const std::size_t bytes = cuda::forward_scratch_bytes(plan, length);
  DeviceArray<float> scratch(bytes / sizeof(float));
  const cuda::Inputs<Element> in{q.data(), k.data(), v.data(), one.q_stride(), one.kv_stride(), one.kv_stride()};
  const cuda::Span span{0, length, position.data()};

  cudaStream_t stream;
  must(cudaStreamCreate(&stream));
  cudaGraph_t graph;
  must(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal));
  cuda::forward<Element>(plan, span, in, kept, out.data(), lse.data(), scratch.data(), bytes, stream);
  cuda::keep<Element>(plan, span, in, kept, stream);
  cuda::advance(position.data(), length, stream);
  must(cudaStreamEndCapture(stream, &graph));
  cudaGraphExec_t launchable;
  must(cudaGraphInstantiate(&launchable, graph, 0));

  Results all;
  const auto part = [&](const std::vector<float>& x, std::int64_t at, std::size_t count) {
    return as<Element>(std::vector<float>(x.begin() + at, x.begin() + at + std::ptrdiff_t(count)));
  };
  for (std::int64_t at = 0; at < p.shape.length; at += length) {
    q.set(part(p.q, at * one.q_stride(), floats));
    k.set(part(p.k, at * one.kv_stride(), floats_kv));
    v.set(part(p.v, at * one.kv_stride(), floats_kv));
    must(cudaGraphLaunch(launchable, stream));
    must(cudaStreamSynchronize(stream));
    const std::vector<float> new_out = out.get(), new_lse = lse.get();
    all.out.insert(all.out.end(), new_out.begin(), new_out.end());
    all.lse.insert(all.lse.end(), new_lse.begin(), new_lse.end());
  }
  must(cudaGraphExecDestroy(launchable));
  must(cudaGraphDestroy(graph));
  must(cudaStreamDestroy(stream));
  return all;
}

}  // namespace corpuscope::gpu_test
