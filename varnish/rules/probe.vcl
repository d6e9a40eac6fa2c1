# A node takes part while it says that it is ready: not before its start is done, not while it stops. Upstreams and
# stores that are down change nothing there. A node counts as ready when this VCL is loaded, so that a reload answers at once.
probe ready {
  .url = "/-/ready";
  .interval = 1s;
  .timeout = 1s;
  .window = 3;
  .threshold = 2;
  .initial = 3;
}
