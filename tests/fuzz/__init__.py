"""Random and mutated diagrams and expressions: whatever comes in, the engine answers.

```
__main__     make fuzz: any number of inputs, several at a time; what fails is shrunk and saved
categories   from a seed and a number to an input
grown        random diagrams that are mostly valid
mutations    bytes and trees of real diagrams, spoilt
formulas     random expressions and what they are asked about
trials       what must hold for an input
shrinking    the smallest diagram that fails in the same way
```
"""
