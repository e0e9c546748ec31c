"""An L-layer network whose backprop, cost and checker can be broken on purpose, one equation at a time."""
