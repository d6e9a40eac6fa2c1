# A node takes part while it says that it is ready: not before its start is done, not while it stops. Upstreams and
# stores that are down change nothing there. A node counts as ready when this VCL is loaded, so that a reload answers at once.
# One that comes back is asked after one good word of it, within a second, and one that stops answers for two seconds more:
# whoever restarts one after the other without a pause leaves no moment in which nobody is asked. One that hangs is left after
# three questions; one that is only slow, because all the load has moved to it while it warms up, must not be.
probe ready {
  .url = "/-/ready";
  .interval = 1s;
  .timeout = 2s;
  .window = 3;
  .threshold = 1;
  .initial = 3;
}
