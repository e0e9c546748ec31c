"""Is dθ the gradient of J(θ)? The lecture's loop, and a second opinion with its reasons. Knows no network."""
