# A node gets requests while it is ready: not before its start is done, and not while it stops. Upstreams and stores do
# not affect this. A node counts as healthy when this VCL is loaded, so that a reload causes no gap. A node is used
# again after one successful probe, and a stopping node serves on until this node has been refused three times
# (src/http/probes.ts): nodes can be restarted in turn without a pause. A node that hangs is dropped after three failed
# probes, so that a slow one that warms up under the whole load stays.
probe ready {
  .url = "/-/ready";
  .interval = 0.5s;
  .timeout = 2s;
  .window = 3;
  .threshold = 1;
  .initial = 3;
}
