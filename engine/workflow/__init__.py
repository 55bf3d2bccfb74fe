"""Executes one process instance: state in, one step, snapshot out; no SQL and no clock.

The only package that imports SpiffWorkflow. `specification` compiles a diagram, `steps` starts an
instance, completes a task or fires what is due, `state` stores what is left to do in few bytes.
"""
