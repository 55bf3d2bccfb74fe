"""Executes one process instance: state in, one step, snapshot out; no SQL and no clock.

The only package that imports SpiffWorkflow, whose workflow and task specifications it extends.

```
steps           start, complete, deliver, fire: the way in, and the loop
state           a running instance as few bytes; format_1 reads the first release's
specification   what a diagram does, compiled into task specifications
repeating  throwing  gateways  activities  waiting     what each kind of node does with a token
nodes           how a token goes from node to node, and when a scope ends
case            the tokens of an instance, their variables, what happened
moments         when timers are due
```
"""
